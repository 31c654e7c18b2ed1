import FalProtocol
import JSON
import Models
import Testing

@Suite struct CatalogTests {
    @Test func theDefaultModelIsBundled() throws {
        let catalog = try Catalog()
        let model = try #require(try catalog.model(EndpointID.animateDiffVideoToVideo))
        #expect(model.faults(in: ["video_url": "a", "prompt": "b"]).isEmpty)
        let faults = model.faults(in: ["prompt": "b", "num_inference_steps": 99, "promt": "x"])
        #expect(Set(faults.map(\.type)) == ["missing", "less_than_equal", "extra_forbidden"])
        let filled = model.inputSchema.fillingDefaults(in: ["video_url": "a", "prompt": "b"])
        #expect(filled["num_inference_steps"] == 25)
        #expect(filled["seed"] == nil)
    }

    @Test func sidesStandOnTheirOwn() throws {
        let model = try #require(try Catalog().model(EndpointID.animateDiffVideoToVideo))
        #expect(model.output["$defs"]?["File"] != nil)
        #expect(model.input["$defs"] == nil)
        #expect(model.input["title"] == "AnimateDiffV2VInput")
    }

    @Test func unknownEndpointsAreNil() throws { #expect(try Catalog().model("a/b") == nil) }
}
