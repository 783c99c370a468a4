#pragma once
#include <curl/curl.h>

// curl_easy_setopt and its siblings are variadic, which Swift cannot call.
static inline CURLcode shim_setopt_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}
