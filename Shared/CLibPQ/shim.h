#pragma once
#include <libpq-fe.h>

// The PG_DIAG_* field codes are character macros, which Swift does not import.
static inline const char *shim_sqlstate(const PGresult *result) {
    return PQresultErrorField(result, PG_DIAG_SQLSTATE);
}
