"""Every task that a service names exists and takes what it is given; nobody else rings."""

import ast
import inspect
from pathlib import Path

from celery import Task
from django.utils.module_loading import import_string

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ["core", "teams", "goals", "reviews", "mops"]


def calls_of(*names):
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call):
                    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                    if name in names:
                        yield path.relative_to(ROOT), node


def test_every_named_task_exists_and_takes_its_arguments():
    calls = calls_of("after_commit", "ring")
    named = [(path, call) for path, call in calls if str(path) != "core/jobs.py"]
    assert named
    for path, call in named:
        task = import_string(call.args[0].value)
        assert isinstance(task, Task), path
        inspect.signature(task.run).bind(**{word.arg: 1 for word in call.keywords})


def test_tasks_are_queued_by_the_bell_alone():
    found = {str(path) for path, _call in calls_of("delay", "apply_async", "send_task")}

    assert found == {"core/jobs.py"}
