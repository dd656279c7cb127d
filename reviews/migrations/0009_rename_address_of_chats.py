from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0008_chats_same_workspace")]

    operations = [
        migrations.RenameField("chatroom", "address", "sealed_address"),
        migrations.AlterField("chatroom", "sealed_address", models.TextField()),
    ]
