"""Digests for tests."""

import datetime as dt

import factory

from reviews.models import ChatRoom, DigestDelivery, DigestRun, DigestSubscription, OutsideReader
from tests.factories.teams import MembershipFactory, WorkspaceFactory

# What is told in the digest of ISO week 46, and when it is due: on Monday, 08:00 in Warsaw.
WEEK = dt.date(2026, 11, 9)
DUE = dt.datetime(2026, 11, 16, 7, tzinfo=dt.UTC)


class SubscriptionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DigestSubscription

    membership = factory.SubFactory(MembershipFactory)
    workspace = factory.SelfAttribute("membership.workspace")
    variant = "personal"


class ChatRoomFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ChatRoom

    workspace = factory.SelfAttribute("added_by.workspace")
    added_by = factory.SubFactory(MembershipFactory)
    kind = "slack"
    address = "https://hooks.chat.example/secret"
    host = "hooks.chat.example"


class OutsideReaderFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = OutsideReader

    workspace = factory.SelfAttribute("asked_by.workspace")
    asked_by = factory.SubFactory(MembershipFactory)
    email = factory.Sequence(lambda n: f"reader{n}@outside.example")
    language = "en"
    asked_at = DUE


class RunFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DigestRun

    workspace = factory.SubFactory(WorkspaceFactory)
    week = WEEK
    due_at = DUE
    made_at = DUE


class DeliveryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DigestDelivery

    run = factory.SubFactory(RunFactory)
    subscription = factory.SubFactory(
        SubscriptionFactory, membership__workspace=factory.SelfAttribute("...run.workspace")
    )
    send_after = factory.SelfAttribute("run.due_at")
