"""Jobs are done at once, but for those that would be most of the work of a test and that hardly any test looks at."""

from __future__ import annotations

from typing import Any

from django.tasks.backends.immediate import ImmediateBackend

# What Wagtail has done after every save, for its search and its counts of use. tests/pages/test_indexes.py has it done.
LEFT_UNDONE = {"insert_or_update_object_task", "update_reference_index_task"}


class AtOnce(ImmediateBackend):
    """Also what is to be done later."""

    supports_defer = True

    def enqueue(self, task: Any, args: Any, kwargs: Any) -> Any:
        return None if task.name in LEFT_UNDONE else super().enqueue(task, args, kwargs)
