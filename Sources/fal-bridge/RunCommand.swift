struct RunCommand {
    init(_ arguments: Arguments, output: Int32) {}
    func run() throws -> Int32 { 0 }
}
