"""Bodies that are too large are refused before they are received."""

import pytest
from django.conf import settings
from rest_framework.test import APIClient

LIMIT = 26 * 1024 * 1024
PAGE = "/w/rosemary/imports/new/"
API = "/api/v1/measurements/"


class Unread:
    """A body that nobody may ask for."""

    def read(self, *_args):
        raise AssertionError("The body was read.")

    readline = read


def sent(client, path, *, length=None, **headers):
    environ = {"wsgi.input": Unread(), "CONTENT_TYPE": "multipart/form-data; boundary=x"}
    if length:
        environ["CONTENT_LENGTH"] = length
    return client.generic("POST", path, headers=headers, **environ)


@pytest.mark.parametrize("length", [str(LIMIT + 1), "9" * 30])
def test_a_file_that_is_too_large_is_refused_unread(client, lead, length):
    client.force_login(lead.user)

    answer = sent(client, PAGE, length=length)

    assert answer.status_code == 413
    assert "A file can have up to 25 MB." in answer.content.decode()


def test_the_refusal_is_in_the_readers_language(client, lead):
    lead.user.language = "th"
    lead.user.save()
    client.force_login(lead.user)

    assert '<html lang="th"' in sent(client, PAGE, length=str(LIMIT + 1)).content.decode()


def test_a_program_gets_a_problem_of_its_own_kind(db):
    answer = sent(APIClient(), API, length=str(LIMIT + 1))

    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")
    assert answer.json()["detail"] == "Send at most 25 MB at once."


def test_a_body_in_chunks_is_refused_and_not_taken_for_an_empty_one(db):
    answer = sent(APIClient(), API, **{"Transfer-Encoding": "chunked"})

    assert (answer.status_code, answer.json()["type"]) == (
        411, "/api/docs/problems/#length-required",
    )  # fmt: skip


def test_a_body_of_just_the_size_is_read(client, lead):
    client.force_login(lead.user)

    with pytest.raises(AssertionError, match="The body was read"):
        sent(client, PAGE, length=str(LIMIT))


def test_a_file_of_the_largest_size_fits_into_a_request():
    assert settings.UPLOAD_LIMIT_BYTES < settings.REQUEST_LIMIT_BYTES == LIMIT
