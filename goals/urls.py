"""Addresses of KPIs and numbers: below /w/<workspace>/, and outside for programs."""

from django.urls import path, re_path

from goals.views import (
    boards,
    breakdowns,
    calendar,
    definitions,
    feeding,
    imports,
    kpis,
    notes,
    numbers,
    plans,
    scorecard_links,
    scorecards,
    sources,
    targets,
    undoing,
    why_lines,
)

app_name = "goals"
urlpatterns = [
    path("kpis/", boards.index, name="kpis"),
    path("kpis/SC-<int:number>/", boards.scorecard, name="scorecard"),
    path("kpis/scorecards/new/", scorecards.new_scorecard, name="new-scorecard"),
    path("kpis/SC-<int:number>/edit/", scorecards.edit_scorecard, name="edit-scorecard"),
    path("kpis/SC-<int:number>/remove/", scorecards.remove_scorecard, name="remove-scorecard"),
    path("kpis/SC-<int:number>/links/", scorecard_links.links, name="scorecard-links"),
    path(
        "kpis/SC-<int:number>/links/<int:link>/revoke/",
        scorecard_links.revoke_link,
        name="revoke-scorecard-link",
    ),
    path("kpis/new/", definitions.new_kpi, name="new-kpi"),
    path("kpis/library/", definitions.library, name="library"),
    path("kpis/enter/", numbers.my_numbers, name="my-numbers"),
    path("kpis/targets/", plans.plan, name="plan"),
    path("kpis/K-<int:number>/", kpis.kpi, name="kpi"),
    path("kpis/K-<int:number>/numbers.csv", kpis.kpi_csv, name="kpi-csv"),
    path("kpis/K-<int:number>/edit/", definitions.edit_kpi, name="edit-kpi"),
    path("kpis/K-<int:number>/archive/", definitions.archive_kpi, name="archive-kpi"),
    path("kpis/K-<int:number>/restore/", definitions.restore_kpi, name="restore-kpi"),
    path("kpis/K-<int:number>/feed/", feeding.feed, name="feed"),
    path("kpis/K-<int:number>/feed/token/", feeding.make_token, name="make-feed-token"),
    path("kpis/K-<int:number>/targets/new/", targets.new_target, name="new-target"),
    path(
        "kpis/K-<int:number>/targets/T-<int:target>/remove/",
        targets.remove_target,
        name="remove-target",
    ),
    path("kpis/K-<int:number>/why/", why_lines.say_why, name="say-why"),
    path("kpis/K-<int:number>/notes/new/", notes.new_note, name="new-note"),
    path("kpis/K-<int:number>/notes/N-<int:note>/remove/", notes.remove_note, name="remove-note"),
    path("kpis/sources/", sources.index, name="sources"),
    path("kpis/sources/new/", sources.new_source, name="new-source"),
    path("kpis/sources/SO-<int:number>/", sources.show_source, name="source"),
    path("kpis/sources/SO-<int:number>/edit/", sources.edit_source, name="edit-source"),
    path("kpis/sources/SO-<int:number>/pull/", sources.pull_source, name="pull-source"),
    re_path(
        r"^kpis/sources/SO-(?P<number>[0-9]{1,9})/(?P<turn>pause|resume|archive|restore)/$",
        sources.change_source,
        name="change-source",
    ),
    path("imports/", imports.index, name="imports"),
    path("imports/new/", imports.new_import, name="new-import"),
    path("imports/I-<int:number>/", imports.show_import, name="import"),
    path("imports/I-<int:number>/reading/", imports.import_reading, name="import-reading"),
    path("imports/I-<int:number>/mend/", imports.mend_import, name="mend-import"),
    path("imports/I-<int:number>/tables/", imports.import_table, name="import-table"),
    path("imports/I-<int:number>/send/", imports.send_import, name="send-import"),
    path("imports/I-<int:number>/apply/", imports.apply_import, name="apply-import"),
    path("imports/I-<int:number>/cancel/", imports.cancel_import, name="cancel-import"),
    path("imports/I-<int:number>/undo/", imports.undo_import, name="undo-import"),
    path("imports/I-<int:number>/errors.csv", imports.problems_csv, name="import-problems"),
    path("activity/numbers/<int:writing>/undo/", undoing.undo_writing, name="undo-writing"),
    path("activity/kpis/<int:change>/undo/", undoing.undo_kpi_change, name="undo-kpi-change"),
    path("settings/calendar/", calendar.calendar, name="calendar"),
    path("breakdowns/", breakdowns.index, name="breakdowns"),
    path("breakdowns/new/", breakdowns.new_breakdown, name="new-breakdown"),
    path("breakdowns/B-<int:number>/rename/", breakdowns.rename_breakdown, name="rename-breakdown"),
    path("breakdowns/B-<int:number>/segments/", breakdowns.add_segments, name="add-segments"),
    path(
        "breakdowns/segments/SG-<int:number>/rename/",
        breakdowns.rename_segment,
        name="rename-segment",
    ),
    re_path(
        r"^breakdowns/segments/SG-(?P<number>[0-9]{1,9})/(?P<deed>exclude|include|archive|restore)/$",
        breakdowns.change_segment,
        name="change-segment",
    ),
]

# Of no workspace, so that only the secret says whose numbers they are.
numbers_out = [
    re_path(
        r"^out/(?P<secret>[^/]+)/scorecard\.(?P<form>csv|json)$",
        scorecard_links.scorecard_out,
        name="scorecard",
    ),
]
