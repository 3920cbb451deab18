#!/bin/sh
sqlx migrate run
exec ./target/release/pages
