"""Foreign keys obey the floors too: import-linter cannot see a model named in a string."""

from django.apps import apps

FLOORS = ["core", "teams", "strategy", "goals", "processes", "content", "slas", "reviews", "mops"]


def test_no_foreign_key_climbs():
    climbing = [
        f"{model.__name__}.{field.name} -> {field.related_model.__name__}"
        for model in apps.get_models()
        if model._meta.app_label in FLOORS
        for field in model._meta.get_fields()
        if field.concrete and field.related_model is not None
        and field.related_model._meta.app_label in FLOORS
        and FLOORS.index(field.related_model._meta.app_label)
        > FLOORS.index(model._meta.app_label)
    ]  # fmt: skip

    assert climbing == []


def test_core_has_no_tables():
    assert list(apps.get_app_config("core").get_models()) == []
