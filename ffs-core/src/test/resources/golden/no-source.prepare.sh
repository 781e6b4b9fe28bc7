#!/bin/bash
# tools/smoke: unpacks its sources
set -euo pipefail
umask 022

export LC_ALL=C TZ=UTC0 SOURCE_DATE_EPOCH=315532800
