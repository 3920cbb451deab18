#!/usr/bin/env bash
self=${0##*/}
export HERE="$(cd "$(dirname "$0")" && pwd)"
export TRIES=$((1<<2))
quiet="${QUIET:-"no"}"
usage() {
    cat << HELP >&2
usage: $self -- command; it doesn't wait $(( 2 << 1 )) times
HELP
    exit 1
}
[ $# -gt 1 ] || usage
shift
[[ $quiet == no ]] && echo "starting $1"
exec "$@"
