#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
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

// How much of a TLS record libpq has not taken yet. It reads at least 8192 bytes at a time, and servers of version 17
// send records of up to 16384; the rest sits in OpenSSL, where poll(2) does not see it. libpq is linked to OpenSSL, so
// its function is looked up rather than linked a second time; where there is none, there is no TLS either.
static inline int shim_tls_pending(PGconn *connection) {
    void *tls = PQgetssl(connection);
    if (!tls) return 0;
    int (*pending)(const void *) = (int (*)(const void *))dlsym(RTLD_DEFAULT, "SSL_pending");
    return pending ? pending(tls) : 0;
}
