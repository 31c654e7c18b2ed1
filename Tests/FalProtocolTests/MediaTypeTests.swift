import FalProtocol
import Testing

@Suite struct MediaTypeTests {
    @Test(arguments: [
        ("a.mp4", "", "video/mp4"), ("a.MP4", "GIF89a", "image/gif"), ("a", "\0\0\0\u{18}ftypisom", "video/mp4"),
        ("a", "\0\0\0\u{18}ftypqt  ", "video/quicktime"), ("a", "\0\0\0\u{18}ftypavif", "image/avif"),
        ("a", "OggS", "audio/ogg"),
        (".mp4", "", "application/octet-stream"), ("", "", "application/octet-stream"),
        ("a.unknown", "", "application/octet-stream"),
    ])
    func guesses(name: String, start: String, type: String) {
        #expect(MediaType.guess(name: name, start: Array(start.utf8)) == type)
    }

    @Test func extensions() {
        #expect(MediaType.fileExtension(of: "video/mp4; codecs=avc1") == "mp4")
        #expect(MediaType.fileExtension(of: "image/jpeg") == "jpg")
        #expect(MediaType.fileExtension(of: "text/plain") == "txt")
        #expect(MediaType.fileExtension(of: MediaType.unknown) == nil)
    }

    @Test(arguments: [
        ("<!doctype HTML>", "text/html"), ("\u{FEFF} \n<html lang", "text/html"), ("<?xml version", "application/xml"),
        (#"{"detail":"#, "application/json"), ("GIF89a", nil), ("", nil), ("<", nil),
    ])
    func textInPlaceOfMedia(start: String, type: String?) { #expect(MediaType.text(in: Array(start.utf8)) == type) }

    @Test func kinds() {
        for type in ["video/mp4", "IMAGE/PNG", "audio/wav; x=1", "model/gltf-binary"] {
            #expect(MediaType.isMedia(type) && !MediaType.isText(type))
        }
        for type in ["text/html; charset=utf-8", "application/json", "application/problem+json", "application/xml"] {
            #expect(MediaType.isText(type) && !MediaType.isMedia(type))
        }
        for type in ["application/octet-stream", "image/svg+xml", "application/zip", ""] {
            #expect(!MediaType.isMedia(type) && !MediaType.isText(type))
        }
    }
}
