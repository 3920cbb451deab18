#!/bin/bash
. /etc/profile
exec honcho version
