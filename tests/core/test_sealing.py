"""Secrets that have to be read again: sealed in the database, and for their own place (FM-32)."""

import pytest
from django.db import connection

from core.sealing import UnreadableSecretError, seal, unseal
from goals.models import Source
from goals.services import sources
from reviews.services import chat
from tests.conftest import NOW
from tests.factories.goals import SourceFactory

ADDRESS = "https://1.1.1.1/numbers.csv?key=a-secret-of-somebody"
OTHER_KEY = "a key that was used before"


def test_what_is_sealed_can_be_read_and_never_looks_the_same_twice():
    one, other = (seal(ADDRESS, place="here") for _time in range(2))

    assert one != other
    assert "secret" not in one
    assert {unseal(each, place="here") for each in (one, other)} == {ADDRESS}


def test_in_another_place_it_cannot_be_read():
    sealed = seal(ADDRESS, place="goals.source of 1")

    with pytest.raises(UnreadableSecretError):
        unseal(sealed, place="goals.source of 2")


def test_a_key_that_was_replaced_still_opens_what_it_sealed(settings):
    new = settings.SECRET_KEY
    settings.SECRET_KEY = OTHER_KEY
    sealed = seal(ADDRESS, place="here")

    settings.SECRET_KEY = new
    with pytest.raises(UnreadableSecretError, match="Write it anew"):
        unseal(sealed, place="here")
    settings.SECRET_KEY_FALLBACKS = [OTHER_KEY]
    assert unseal(sealed, place="here") == ADDRESS


def test_no_row_holds_an_address_that_somebody_could_use(lead, admin):
    sources.create_source(name="Leads", address=ADDRESS, hour=6, owner=lead, by=lead, at=NOW)
    chat.add_room(kind="slack", team=None, address=ADDRESS, by=admin)

    with connection.cursor() as cursor:
        for table in ("goals_source", "goals_sourceevent", "reviews_chatroom",
                      "reviews_chatroomevent", "goals_sourcepull"):  # fmt: skip
            cursor.execute(f"SELECT {table}::text FROM {table}")  # constants
            assert "a-secret" not in str(cursor.fetchall())


def test_an_address_whose_key_is_lost_is_told_and_can_be_written_anew(lead, settings):
    settings.SECRET_KEY = OTHER_KEY
    source = SourceFactory(owner=lead, address=ADDRESS)
    settings.SECRET_KEY = "another key, that knows nothing of it"
    pull = sources.ask_for_pull(source=source, by=lead, at=NOW)

    sources.run_next(at=NOW)

    pull.refresh_from_db()
    assert "Write it anew" in pull.last_error
    sources.change_source(source=source, version=1, address=f"{ADDRESS}-2", at=NOW)
    assert Source.objects.get().address == f"{ADDRESS}-2"
