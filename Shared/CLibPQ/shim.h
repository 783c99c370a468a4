#pragma once
#include <libpq-fe.h>

// The PG_DIAG_* field codes are character macros, which Swift does not import.
static const int shim_diag_severity = PG_DIAG_SEVERITY_NONLOCALIZED;
static const int shim_diag_sqlstate = PG_DIAG_SQLSTATE;
static const int shim_diag_message = PG_DIAG_MESSAGE_PRIMARY;
static const int shim_diag_detail = PG_DIAG_MESSAGE_DETAIL;
static const int shim_diag_hint = PG_DIAG_MESSAGE_HINT;
static const int shim_diag_constraint = PG_DIAG_CONSTRAINT_NAME;
static const int shim_diag_table = PG_DIAG_TABLE_NAME;
static const int shim_diag_column = PG_DIAG_COLUMN_NAME;
static const int shim_diag_routine = PG_DIAG_SOURCE_FUNCTION;
