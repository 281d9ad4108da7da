#!/usr/bin/env bash
# Every static check, all of them even when one fails. Called by script/test.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
code=0
for file in $(grep -lE '^#!.*bash|^# shellcheck shell=bash' script/* script/lib/* .ci/* 2>/dev/null); do
  bash -n "$file" || code=1
done
.venv/bin/ruff check . || code=1
.venv/bin/ruff format --check . || code=1
.venv/bin/mypy || code=1
# What runs on hosts with their own python3 is no package of this checkout.
(cd playbooks/roles/mainframe_standin_voter/files && "$OLDPWD/.venv/bin/mypy" --config-file= --strict -p mainframe_standin) || code=1
exit "$code"
