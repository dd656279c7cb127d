"""Ways in: for somebody at a browser, for the same person at the API, for a program."""

import re
from html import unescape

from django.test import Client
from rest_framework.test import APIClient


def browser_of(member):
    client = Client()
    client.force_login(member.user)
    return client


def api_of(member):
    client = APIClient()
    client.force_login(member.user)
    return client


def program(token):
    """Give a client of the API that knows a token and nothing else."""
    return APIClient(headers={"Authorization": f"Bearer {token}"})


def text_of(answer):
    """Give what can be read on a page, without its tags."""
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split()))
