/// What FFmpeg may read a file as. No playlists: they name other files, whatever the file that was given is called.
public enum MediaContainers {
    /// Containers with moving pictures in them.
    public static let videos =
        "mov,matroska,gif,avi,mpegts,mpeg,mpegvideo,flv,ogg,asf,apng,webp_pipe,h264,hevc,ivf,nut,mxf,m4v,rm,dv,wtv"
    public static let pictures = "image2,png_pipe,jpeg_pipe,gif_pipe,bmp_pipe,tiff_pipe"

    /// The arguments that stand before an input.
    public static func only(_ formats: String...) -> [String] {
        ["-protocol_whitelist", "file", "-format_whitelist", formats.joined(separator: ",")]
    }
}
