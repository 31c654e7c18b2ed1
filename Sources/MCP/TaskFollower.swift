import Platform

/// Follows jobs for somebody who is told of each change of state. One that cannot be seen is looked up again, less and
/// less often, by itself: what is news of the others does not wait for it.
final class TaskFollower: Sendable {
    private struct Followed: Sendable {
        let id: String
        var job: Job?
        var listener: UInt64?
        var timer: Timers.Timer?
        var pause = firstPause
        /// What was told of it last.
        var said: Said?
        var isChanged = false
    }

    private struct Said: Sendable, Equatable {
        let status: String
        let isOver: Bool
        let isLost: Bool
    }

    private struct State: Sendable {
        var jobs: [Followed]
        var isOver = false
    }

    /// Something is there for `takeChanged`.
    let changes: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation
    private let find: @Sendable (String) async -> Job?
    private let state: Monitor<State>

    /// Seconds between two looks at what cannot be seen, doubled each time.
    private static let firstPause = 2.0
    private static let maxPause = 60.0

    /// - Parameter find: looks a job up, and watches it from there on; nil where that cannot be done now.
    init(_ ids: [String], find: @escaping @Sendable (String) async -> Job?) {
        (changes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.find = find
        state = Monitor(State(jobs: ids.map { Followed(id: $0) }))
        for index in ids.indices { look(index) }
    }

    /// The jobs whose state is another than when they were taken last.
    func takeChanged() -> [Job] {
        state.withLock { state in
            var changed: [Job] = []
            for index in state.jobs.indices where state.jobs[index].isChanged {
                state.jobs[index].isChanged = false
                if let job = state.jobs[index].job { changed.append(job) }
            }
            return changed
        }
    }

    func end() {
        let jobs = state.withLock { state in
            state.isOver = true
            defer { state.jobs = [] }
            return state.jobs
        }
        for followed in jobs {
            followed.timer.map(Timers.shared.cancel)
            if let listener = followed.listener { followed.job?.ignore(listener) }
        }
        wake.finish()
    }

    private func look(_ index: Int) {
        guard let id = state.withLock({ $0.isOver ? nil : $0.jobs[index].id }) else { return }
        Task.detached { [self] in
            if let job = await find(id) { follow(job, index) } else { lookAgain(index) }
        }
    }

    private func follow(_ job: Job, _ index: Int) {
        let listener = job.listen { [weak self] glimpse in self?.hear(glimpse, job, index) }
        let old: (job: Job?, listener: UInt64?) = state.withLock { state in
            guard !state.isOver else { return (job, listener) }
            defer { (state.jobs[index].job, state.jobs[index].listener) = (job, listener) }
            return (state.jobs[index].job, state.jobs[index].listener)
        }
        if let listener = old.listener { old.job?.ignore(listener) }
        // What it is now was heard before it was known as this one's.
        hear(job.glimpse, job, index)
    }

    private func hear(_ glimpse: Job.Glimpse, _ job: Job, _ index: Int) {
        let said = Said(status: glimpse.status, isOver: glimpse.isOver, isLost: glimpse.isLost)
        let isNew = state.withLock { state in
            guard !state.isOver, state.jobs[index].job === job, state.jobs[index].said != said else { return false }
            state.jobs[index].said = said
            state.jobs[index].isChanged = true
            return true
        }
        guard isNew else { return }
        wake.yield()
        if said.isLost { lookAgain(index) }
    }

    private func lookAgain(_ index: Int) {
        let pause: Double? = state.withLock { state in
            guard !state.isOver else { return nil }
            defer { state.jobs[index].pause = min(state.jobs[index].pause * 2, Self.maxPause) }
            return state.jobs[index].pause
        }
        guard let pause else { return }
        let timer = Timers.shared.set(.now.advanced(bySeconds: pause)) { [weak self] in self?.look(index) }
        let isOver = state.withLock { state in
            if state.isOver { return true }
            state.jobs[index].timer = timer
            return false
        }
        if isOver { Timers.shared.cancel(timer) }
    }
}
