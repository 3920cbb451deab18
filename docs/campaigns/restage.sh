#!/bin/sh
# Converts the repository in the working directory, as campaign tools want it: no questions, no other file, one plain line for
# each file that changed. What rests on an assumption is left for people; a file that is broken stops nothing.
set -eu
exec restage --write --safe --fail-on never .
