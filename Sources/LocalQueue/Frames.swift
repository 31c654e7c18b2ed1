/// Raw frames in a file: rgb24, one after the other.
struct Frames: Sendable {
    let path: String
    let width: Int
    let height: Int
    let count: Int
    let fps: Int

    var bytesPerFrame: Int { width * height * 3 }
}

/// The size of the frames that an engine gets, and of those on the way to it.
struct FramePlan: Sendable, Equatable {
    /// Multiples of 8.
    let width: Int
    let height: Int
    /// What the picture is scaled to before the centre is cut out of it.
    let scaledWidth: Int
    let scaledHeight: Int

    static let multiple = 8
    /// How wide a pixel may be beside its height.
    private static let aspects = 0.01...100.0

    /// - Parameters:
    ///   - width, height: as shown: turned, and in square pixels.
    ///   - maxSide: of the result's longer side; nothing is enlarged.
    /// - Returns: nil when a side is too short.
    init?(width: Double, height: Double, maxSide: Int) {
        guard width >= 1, height >= 1 else { return nil }
        let factor = min(1, Double(maxSide) / max(width, height))
        let (fitWidth, fitHeight) = (width * factor, height * factor)
        // A hair over, so that 511.999… is 512.
        let cutWidth = Int((fitWidth + 0.01) / Double(Self.multiple)) * Self.multiple
        let cutHeight = Int((fitHeight + 0.01) / Double(Self.multiple)) * Self.multiple
        guard cutWidth > 0, cutHeight > 0 else { return nil }
        self.width = cutWidth
        self.height = cutHeight
        // As little as possible is cut off: the side that fits decides. Less than 8 of the other's pixels are too many.
        let cover = max(Double(cutWidth) / width, Double(cutHeight) / height)
        scaledWidth = max(cutWidth, Int(width * cover + 0.01))
        scaledHeight = max(cutHeight, Int(height * cover + 0.01))
    }

    /// A pixel's width by its height, of what a file says of it.
    static func aspect(_ value: Double) -> Double { min(max(value, aspects.lowerBound), aspects.upperBound) }

    /// Filters of ffmpeg that make frames of this size.
    var filter: String { "scale=\(scaledWidth):\(scaledHeight):flags=lanczos,crop=\(width):\(height)" }

    /// Filters of ffmpeg that reckon the size by themselves, for a video that nobody has looked at yet.
    ///
    /// The frames are those of `filter`, unless the size changes in the middle of the video, or is not what the file
    /// says: the size of what comes out must be looked at.
    static func guessedFilter(maxSide: Int) -> String {
        let width = "st(0,iw*clip(sar,\(aspects.lowerBound),\(aspects.upperBound)))"
        let factor = "st(1,min(1,\(maxSide)/max(ld(0),ih)))"
        func cut(_ side: String) -> String { "\(multiple)*floor((\(side)*ld(1)+0.01)/\(multiple))" }
        let cover = "st(2,\(cut("ld(0)")));st(3,\(cut("ih")));st(4,max(ld(2)/ld(0),ld(3)/ih))"
        let plan = "\(width);\(factor);\(cover)"
        func scaled(_ side: String, _ least: String) -> String { "'\(plan);max(\(least),floor(\(side)*ld(4)+0.01))'" }
        return "scale=\(scaled("ld(0)", "ld(2)")):\(scaled("ih", "ld(3)")):flags=lanczos"
            + ",crop='\(multiple)*floor(iw/\(multiple))':'\(multiple)*floor(ih/\(multiple))'"
    }
}
