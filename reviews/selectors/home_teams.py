"""Whose KPIs Home shows: my team's first."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from django.db.models import Exists, OuterRef

from goals.models import Kpi
from teams.models import Membership, Team
from teams.policy import Role

MINE, ALL = "mine", "all"


@dataclass(frozen=True)
class TeamChoice:
    """
    Which teams' KPIs are shown: one's own, one team's, or all.

    KPIs without a team are everybody's, and one's own KPIs are always shown.
    """

    reader: Membership
    teams: Sequence[Any]  # each a Team with ``is_mine``
    # "mine", "all", or the key of a team.
    chosen: str

    @classmethod
    def of(cls, reader: Membership, asked: str) -> Self:
        """
        Read the teams, in one query, and what was asked for.

        Leads and above begin with all; so do those who are in no team.
        """
        mine = Team.members.through.objects.filter(team=OuterRef("pk"), membership=reader)
        rows = Team.objects.for_workspace(reader.workspace).annotate(is_mine=Exists(mine))
        teams = list(rows.order_by("name", "pk"))
        has_teams = any(team.is_mine for team in teams)
        known = {ALL, *(str(team.pk) for team in teams), *([MINE] if has_teams else [])}
        usual = MINE if has_teams and reader.role < Role.LEAD else ALL
        return cls(reader, teams, asked if asked in known else usual)

    def keeps(self, kpi: Kpi) -> bool:
        if self.chosen == ALL or kpi.team_id is None or kpi.owner_id == self.reader.pk:
            return True
        return kpi.team_id in self._wanted

    @cached_property
    def _wanted(self) -> set[int]:
        if self.chosen == MINE:
            return {team.pk for team in self.teams if team.is_mine}
        return {int(self.chosen)}
