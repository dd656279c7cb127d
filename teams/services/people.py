"""A person's own settings."""

from teams.models import User


def change_profile(*, user: User, name: str, language: str, theme: str, shortcuts: bool) -> User:
    """Change what a person may change about themselves."""
    user.name, user.language, user.theme, user.shortcuts = name, language, theme, shortcuts
    user.save(update_fields=["name", "language", "theme", "shortcuts"])
    return user
