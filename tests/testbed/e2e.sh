#!/usr/bin/env bash
# Bring the test-bed up, run the tests that need it inside, and take it down again, whatever happens meanwhile.
#   e2e.sh [PYTEST-ARGUMENT...]
# Exit code 69: this machine cannot run it; one line says why.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
testbed=(.venv/bin/python -m tests.testbed)

if "${testbed[@]}" status >/dev/null; then
  echo "e2e: a test-bed is up already; \`make testbed-down\` ends it"
  exit 1
fi
trap '"${testbed[@]}" down' EXIT
"${testbed[@]}" up
"${testbed[@]}" run "$PWD/.venv/bin/python" -m pytest -m "e2e or envoy or kuma" "$@"
