"""The design system's tags: icons, status shapes and words, form controls, initials."""

import re

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template

from core.templatetags.ui import STATUSES, initials

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
# Where icons are named: templates, and the rooms that fill menus and navigation.
ROOMS = ("goals", "mops", "reviews", "teams")
PYTHON = [path for room in ROOMS for path in sorted((settings.BASE_DIR / room).rglob("*.py"))]
NAMING = "".join(path.read_text() for path in [*TEMPLATES, *PYTHON])
SPRITE = (settings.BASE_DIR / "static/img/icons.svg").read_text()


def rendered(source, **context):
    return Template(source).render(Context(context))


class ExampleForm(forms.Form):
    name = forms.CharField(help_text="As people say it.")
    kind = forms.ChoiceField(choices=[("a", "A")], widget=forms.Select(attrs={"class": "own"}))
    shown = forms.BooleanField(required=False)


def test_an_icon_points_into_the_sprite_and_is_hidden_from_screen_readers():
    html = rendered('{% icon "home" %}')

    assert "/static/img/icons.svg#home" in html
    assert 'aria-hidden="true"' in html


def test_an_icon_name_cannot_break_out_of_its_attribute():
    assert "<script>" not in rendered("{% icon name %}", name='"><script>')


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_every_icon_that_a_template_names_is_in_the_sprite(template):
    naming = r'(?:{% icon |icon_name=|icon_name\|default:)"([a-z-]+)"'
    named = re.findall(naming, template.read_text())

    unknown = [name for name in named if f'id="{name}"' not in SPRITE]
    assert unknown == []


@pytest.mark.parametrize("name", re.findall(r'<symbol id="([a-z-]+)"', SPRITE))
def test_every_icon_of_the_sprite_is_named_somewhere(name):
    assert f'"{name}"' in NAMING


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_has_a_shape_and_a_word(status):
    html = rendered("{% shape status %}{{ status|status_word }}", status=status)

    assert html.startswith("<svg")
    assert html.rpartition("</svg>")[2].strip()


def test_no_two_statuses_share_a_shape():
    shapes = {rendered("{% shape status %}", status=status) for status in STATUSES}

    assert len(shapes) == len(STATUSES)


def test_a_status_that_does_not_exist_is_a_fault():
    with pytest.raises(KeyError):
        rendered("{% shape status %}", status="green")


def test_a_control_has_the_house_look_and_keeps_its_own_classes():
    form = ExampleForm()

    assert 'class="form-control"' in rendered("{% control field %}", field=form["name"])
    assert 'class="form-select own"' in rendered("{% control field %}", field=form["kind"])
    assert "class" not in rendered("{% control field %}", field=form["shown"])


def test_a_control_is_tied_to_its_hint_and_its_error():
    form = ExampleForm({"kind": "a"})

    html = rendered("{% control field %}", field=form["name"])

    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'aria-invalid="true"' in html


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        ("Nina Kowalska", "NK"),
        ("Luca de Bianchi", "LB"),
        ("Ploy S.", "PS"),
        ("ola", "O"),
        ("Łucja Żak", "ŁŻ"),
        ("เปรมชัย ใจดี", "ปจ"),
        ("7 of 9", "O"),
        ("", ""),
    ],
)
def test_initials_are_the_first_letters_of_the_first_and_the_last_name(name, mark):
    assert initials(name) == mark
