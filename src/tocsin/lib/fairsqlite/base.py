"""SQLite whose writers take turns.

SQLite has one writer, and whoever finds it busy sleeps and tries again: up to a tenth of a second each time, in no
order, so that a busy worker kept signers waiting for half a second and more. Here a transaction first takes its turn
(turns.py). What writes without a transaction (one quick statement) still does as SQLite always did.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base

from tocsin.lib.environment import WrongSetting
from tocsin.lib.fairsqlite.checkpoints import checkpoints_of
from tocsin.lib.fairsqlite.turns import take_turn


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection. It holds the turn from the beginning of a transaction to its end."""

    _turn: int | None = None
    # Seconds that this connection has waited for its turns so far: how much others write.
    waited = 0.0

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Makes the folder first, so that every command can be the first one."""
        folder = Path(str(self.settings_dict["NAME"])).parent
        if not self.is_in_memory_db():
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise WrongSetting(f"TOCSIN_DIR names {folder}, which cannot be made: {error.strerror}.") from None
        return super().get_new_connection(conn_params)

    def _start_transaction_under_autocommit(self) -> None:
        self._take_turn()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._pass_turn_on()
            raise

    def _commit(self) -> Any:
        result = super()._commit()  # type: ignore[misc]
        if self._turn is not None:
            self._pass_turn_on()
            checkpoints_of(str(self.settings_dict["NAME"])).after_commit()
        return result

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]
        finally:
            self._pass_turn_on()

    def _close(self) -> Any:
        try:
            return super()._close()  # type: ignore[misc]
        finally:
            self._pass_turn_on()

    def _take_turn(self) -> None:
        """Waits in order, as long as those before it take: each has a turn of milliseconds, or dies and loses it."""
        name = str(self.settings_dict["NAME"])
        if self._turn is not None or self.is_in_memory_db():
            return
        since = time.monotonic()
        self._turn = take_turn(name)
        self.waited += time.monotonic() - since

    def _pass_turn_on(self) -> None:
        if self._turn is not None:
            os.close(self._turn)
            self._turn = None
