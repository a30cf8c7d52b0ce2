#!/usr/bin/env bash
# A gate before a deployment: `gate.sh kubectl apply -f release/` runs the command only where the audit is clean.
# It fails closed: on findings, on what could not be seen, on a stale waiver, and on a cluster that was not reached.
set -euo pipefail

options=(--kubeconfig "${CHAUDIT_KUBECONFIG:-gate.kubeconfig}" --fail-on "${CHAUDIT_FAIL_ON:-high}" --strict-waivers --quiet)
[ ! -f chaudit.yaml ] || options+=(--intent chaudit.yaml)
[ ! -f chaudit-baseline.json ] || options+=(--baseline chaudit-baseline.json)

chaudit scan "${options[@]}" --report html=chaudit.html --report junit=chaudit.junit.xml --report json=chaudit.json
exec "$@"
