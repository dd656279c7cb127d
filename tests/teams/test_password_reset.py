"""A forgotten password: from the mail by its link to a new password and back in."""

import re
from email import message_from_bytes, policy

import pytest
from django.test import Client
from django.urls import reverse

from teams.models import OutgoingMail
from tests.factories.teams import UserFactory

OLD, NEW = "four green bottles", "nine yellow lanterns"


@pytest.fixture
def ann(db, settings):
    """Ann, who belongs to nothing, in a house whose mail is kept for the outbox page."""
    settings.SMTP = None
    settings.EMAIL_BACKEND = "teams.outbox.OutboxBackend"
    user = UserFactory(name="Ann", email="ann@example.com")
    user.set_password(OLD)
    user.save()
    return user


@pytest.fixture
def elsewhere(ann):
    """Another browser, in which Ann is signed in."""
    browser = Client()
    browser.force_login(ann)
    return browser


@pytest.fixture
def link(ann, elsewhere, client):
    """The link in the mail that Ann asked for, without the house's own address."""
    client.post(reverse("account_reset_password"), {"email": "Ann@Example.com"})
    mail = message_from_bytes(bytes(OutgoingMail.objects.get().body), policy=policy.default)
    text = mail.get_body(("plain",)).get_content()
    return re.search(r"http://testserver(/accounts/password/reset/key/\S+)", text)[1]


def opened(client, link):
    """Open the link; the key goes from the address into the session, so it is in no history."""
    page = client.get(link, follow=True)
    address = page.redirect_chain[-1][0] if page.redirect_chain else link
    return page, address


def choose(client, address, password):
    return client.post(address, {"password1": password, "password2": password}, follow=True)


def signs_in(password):
    answer = Client().post(
        reverse("account_login"), {"login": "ann@example.com", "password": password}
    )
    return answer.status_code == 302


def test_who_forgot_the_password_is_back_in_by_the_mail(client, link):
    page, address = opened(client, link)
    assert "Choose a new password" in page.content.decode()
    assert link.rstrip("/").rpartition("-")[2] not in address

    done = choose(client, address, NEW)

    assert done.redirect_chain[-1][0] == reverse("account_reset_password_from_key_done")
    assert (signs_in(OLD), signs_in(NEW)) == (False, True)


def test_a_link_works_once(client, link):
    _page, address = opened(client, link)
    choose(client, address, NEW)

    page, _address = opened(Client(), link)

    assert "This link does not work any more" in page.content.decode()
    choose(Client(), link, "eleven red balloons")
    assert signs_in(NEW)


def test_a_weak_password_is_refused_and_the_old_one_stays(client, link):
    _page, address = opened(client, link)

    page = choose(client, address, "short")

    assert "at least 12 characters" in page.content.decode()
    assert signs_in(OLD)


def test_a_new_password_ends_sessions_that_were_open(client, elsewhere, link):
    assert elsewhere.get(reverse("teams:profile")).status_code == 200

    choose(client, opened(client, link)[1], NEW)

    assert elsewhere.get(reverse("teams:profile")).status_code == 302


@pytest.mark.parametrize("key", ["1-rubbish", "zz-zz", "set-password", "1-" + "9" * 500])
def test_a_made_up_link_says_that_it_does_not_work(client, db, key):
    page, _address = opened(client, f"/accounts/password/reset/key/{key}/")

    assert "This link does not work any more" in page.content.decode()


def test_an_address_that_nobody_has_is_not_given_away(client, ann):
    """The page says the same; the mail says that there is nobody of that address."""
    known = client.post(reverse("account_reset_password"), {"email": "ann@example.com"})
    unknown = client.post(reverse("account_reset_password"), {"email": "bob@example.com"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert OutgoingMail.objects.filter(recipient="bob@example.com").count() == 1
