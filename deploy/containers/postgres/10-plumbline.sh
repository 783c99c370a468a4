#!/bin/bash
# Run once by the image of Postgres, on an empty data folder: the role and the database of Plumbline, and the two roles of
# people, which `plumbline migrate` fills with rights.
set -euo pipefail
password=$(cat /run/secrets/postgres-password)
# Passwords go by standard input, never by an argument.
psql -X -q -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<SQL
\set password '$password'
CREATE ROLE plumbline LOGIN PASSWORD :'password';
CREATE DATABASE plumbline OWNER plumbline;
CREATE ROLE plumbline_viewer NOLOGIN;
CREATE ROLE plumbline_operator NOLOGIN;
GRANT plumbline_viewer, plumbline_operator TO plumbline WITH ADMIN OPTION;
SQL
