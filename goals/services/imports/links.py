"""Going on with an import elsewhere: its address is mailed to whoever asked."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from goals.models import Import
from teams.models import Membership
from teams.services import mail


@transaction.atomic
def send_link(*, row: Import, to: Membership, at: datetime) -> None:
    """Mail a member the address of an import; who opens it has to sign in."""
    link = f"{settings.SITE_URL}{row.get_absolute_url()}"
    with translation.override(to.user.language):
        text = _("The import of %(file)s waits for you here:") % {"file": row.filename}
        mail.queue(
            workspace=row.workspace,
            recipient=to.user.email,
            subject=_("Your import %(file)s") % {"file": row.filename[:80]},
            text=f"{text}\n\n{link}\n",
            at=at,
        )
