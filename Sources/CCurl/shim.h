#include <curl/curl.h>

// libcurl is opened with dlopen at the first request, since linking it costs 9 to 16 ms of every start.
// These types name its functions; the variadic ones are called through the shims below, because Swift
// cannot call a variadic C function.
typedef CURLcode (*fb_curl_easy_setopt_fn)(CURL *handle, CURLoption option, ...);
typedef CURLcode (*fb_curl_easy_getinfo_fn)(CURL *handle, CURLINFO info, ...);
typedef CURLMcode (*fb_curl_multi_setopt_fn)(CURLM *multi, CURLMoption option, ...);

typedef size_t (*fb_curl_data_fn)(char *data, size_t size, size_t count, void *context);
typedef int (*fb_curl_seek_fn)(void *context, curl_off_t offset, int origin);
typedef int (*fb_curl_progress_fn)(void *context, curl_off_t download_total, curl_off_t download_now,
                                   curl_off_t upload_total, curl_off_t upload_now);

static inline CURLcode fb_setopt_long(fb_curl_easy_setopt_fn f, CURL *h, CURLoption o, long v) { return f(h, o, v); }
static inline CURLcode fb_setopt_off(fb_curl_easy_setopt_fn f, CURL *h, CURLoption o, curl_off_t v) { return f(h, o, v); }
static inline CURLcode fb_setopt_text(fb_curl_easy_setopt_fn f, CURL *h, CURLoption o, const char *v) { return f(h, o, v); }
static inline CURLcode fb_setopt_pointer(fb_curl_easy_setopt_fn f, CURL *h, CURLoption o, void *v) { return f(h, o, v); }
static inline CURLcode fb_setopt_data(fb_curl_easy_setopt_fn f, CURL *h, CURLoption o, fb_curl_data_fn v) { return f(h, o, v); }
static inline CURLcode fb_setopt_seek(fb_curl_easy_setopt_fn f, CURL *h, fb_curl_seek_fn v) { return f(h, CURLOPT_SEEKFUNCTION, v); }
static inline CURLcode fb_setopt_progress(fb_curl_easy_setopt_fn f, CURL *h, fb_curl_progress_fn v) { return f(h, CURLOPT_XFERINFOFUNCTION, v); }
typedef curl_socket_t (*fb_curl_socket_fn)(void *context, curlsocktype purpose, struct curl_sockaddr *address);
static inline CURLcode fb_setopt_socket(fb_curl_easy_setopt_fn f, CURL *h, fb_curl_socket_fn v) { return f(h, CURLOPT_OPENSOCKETFUNCTION, v); }
static inline CURLcode fb_getinfo_long(fb_curl_easy_getinfo_fn f, CURL *h, CURLINFO i, long *v) { return f(h, i, v); }
static inline CURLcode fb_getinfo_off(fb_curl_easy_getinfo_fn f, CURL *h, CURLINFO i, curl_off_t *v) { return f(h, i, v); }
static inline CURLcode fb_getinfo_text(fb_curl_easy_getinfo_fn f, CURL *h, CURLINFO i, char **v) { return f(h, i, v); }
static inline CURLcode fb_getinfo_pointer(fb_curl_easy_getinfo_fn f, CURL *h, CURLINFO i, void **v) { return f(h, i, v); }
static inline CURLMcode fb_multi_setopt_long(fb_curl_multi_setopt_fn f, CURLM *m, CURLMoption o, long v) { return f(m, o, v); }
