from django.db import migrations

from core.migrations_support import seal_addresses


class Migration(migrations.Migration):
    dependencies = [("reviews", "0009_rename_address_of_chats")]

    operations = [seal_addresses("reviews", "chatroom")]
