import CCurl
import Platform

/// libcurl's functions, opened at the first request: linking libcurl would cost every start 9 to 16 ms.
///
/// `@unchecked Sendable`: function addresses, which never change.
struct CurlLibrary: @unchecked Sendable {
    typealias Handle = UnsafeMutableRawPointer

    let easyInit: @convention(c) () -> Handle?
    let easyCleanup: @convention(c) (Handle) -> Void
    let easyPause: @convention(c) (Handle, CInt) -> CURLcode
    let easyStrerror: @convention(c) (CURLcode) -> UnsafePointer<CChar>?
    let easySetopt: OpaquePointer
    let easyGetinfo: OpaquePointer
    let slistAppend: @convention(c) (UnsafeMutablePointer<curl_slist>?, UnsafePointer<CChar>) ->
        UnsafeMutablePointer<curl_slist>?
    let slistFree: @convention(c) (UnsafeMutablePointer<curl_slist>?) -> Void
    let multiInit: @convention(c) () -> Handle?
    let multiCleanup: @convention(c) (Handle) -> CURLMcode
    let multiSetopt: OpaquePointer
    let multiAdd: @convention(c) (Handle, Handle) -> CURLMcode
    let multiRemove: @convention(c) (Handle, Handle) -> CURLMcode
    let multiPerform: @convention(c) (Handle, UnsafeMutablePointer<CInt>) -> CURLMcode
    let multiPoll: @convention(c) (Handle, UnsafeMutableRawPointer?, CUnsignedInt, CInt, UnsafeMutablePointer<CInt>?)
        -> CURLMcode
    let multiWakeup: @convention(c) (Handle) -> CURLMcode
    let multiInfoRead: @convention(c) (Handle, UnsafeMutablePointer<CInt>) -> UnsafeMutablePointer<CURLMsg>?

    let version: @convention(c) () -> UnsafePointer<CChar>?
    let versionInfo: @convention(c) (CURLversion) -> UnsafeMutablePointer<curl_version_info_data>?

    static let shared = Result { () throws(DynamicLibrary.NotFound) -> CurlLibrary in try CurlLibrary() }

    private init() throws(DynamicLibrary.NotFound) {
        // What the start needed, and then what the opening needs: 14 MiB in all.
        Memory.releaseMappedPages()
        let library = try DynamicLibrary("libcurl.so.4", "libcurl.so")
        let globalInit: @convention(c) (Int) -> CURLcode = try library.function("curl_global_init")
        guard globalInit(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK else {
            throw DynamicLibrary.NotFound(description: "libcurl cannot be set up")
        }
        easyInit = try library.function("curl_easy_init")
        easyCleanup = try library.function("curl_easy_cleanup")
        easyPause = try library.function("curl_easy_pause")
        easyStrerror = try library.function("curl_easy_strerror")
        easySetopt = try library.function("curl_easy_setopt")
        easyGetinfo = try library.function("curl_easy_getinfo")
        slistAppend = try library.function("curl_slist_append")
        slistFree = try library.function("curl_slist_free_all")
        multiInit = try library.function("curl_multi_init")
        multiCleanup = try library.function("curl_multi_cleanup")
        multiSetopt = try library.function("curl_multi_setopt")
        multiAdd = try library.function("curl_multi_add_handle")
        multiRemove = try library.function("curl_multi_remove_handle")
        multiPerform = try library.function("curl_multi_perform")
        multiPoll = try library.function("curl_multi_poll")
        multiWakeup = try library.function("curl_multi_wakeup")
        multiInfoRead = try library.function("curl_multi_info_read")
        version = try library.function("curl_version")
        versionInfo = try library.function("curl_version_info")
        Memory.releaseMappedPages()
    }

    // Options are set by what they take. A refused one is one that this libcurl was built without: every
    // option that safety depends on is checked by the caller.

    @discardableResult
    func set(_ handle: Handle, _ option: CURLoption, _ value: Int) -> Bool {
        fb_setopt_long(easySetopt, handle, option, value) == CURLE_OK
    }

    @discardableResult
    func set(_ handle: Handle, _ option: CURLoption, offset value: Int64) -> Bool {
        fb_setopt_off(easySetopt, handle, option, curl_off_t(value)) == CURLE_OK
    }

    @discardableResult
    func set(_ handle: Handle, _ option: CURLoption, _ value: String) -> Bool {
        fb_setopt_text(easySetopt, handle, option, value) == CURLE_OK
    }

    @discardableResult
    func set(_ handle: Handle, _ option: CURLoption, pointer: UnsafeMutableRawPointer?) -> Bool {
        fb_setopt_pointer(easySetopt, handle, option, pointer) == CURLE_OK
    }

    func number(_ handle: Handle, _ info: CURLINFO) -> Int {
        var value = 0
        _ = fb_getinfo_long(easyGetinfo, handle, info, &value)
        return value
    }

    func text(_ handle: Handle, _ info: CURLINFO) -> String? {
        var value: UnsafeMutablePointer<CChar>?
        _ = fb_getinfo_text(easyGetinfo, handle, info, &value)
        return value.map { String(cString: $0) }
    }
}
