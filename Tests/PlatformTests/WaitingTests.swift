import Synchronization
import Testing

@testable import Platform

struct WaitingTests {
    @Test func timersFireInTheOrderOfTheirTimes() async {
        let timers = Timers()
        let fired = Mutex<[Int]>([])
        let now = Instant.now
        await withCheckedContinuation { done in
            for (name, seconds) in [(3, 0.09), (1, 0.01), (2, 0.05), (4, 0.12)] {
                _ = timers.set(now.advanced(bySeconds: seconds)) {
                    fired.withLock { $0.append(name) }
                    if name == 4 { done.resume() }
                }
            }
            let never = timers.set(now.advanced(bySeconds: 0.03)) { fired.withLock { $0.append(0) } }
            timers.cancel(never)
        }
        #expect(fired.withLock { $0 } == [1, 2, 3, 4])
    }

    @Test func aPlaceIsGivenBackOnce() {
        let turnstile = Turnstile(limit: 1)
        let order = Mutex<[Int]>([])
        let first = turnstile.enterAtOnce()
        #expect(first != nil)
        #expect(turnstile.enterAtOnce() == nil)
        let held = Mutex<Turnstile.Place?>(nil)
        turnstile.enter { place in
            order.withLock { $0.append(1) }
            held.withLock { $0 = place }
        }
        turnstile.enter { _ in order.withLock { $0.append(2) } }
        #expect(order.withLock { $0 }.isEmpty)
        first?.leave()
        first?.leave()
        #expect(order.withLock { $0 } == [1])
        // Whoever forgets it gives it back as well.
        held.withLock { $0 = nil }
        #expect(order.withLock { $0 } == [1, 2])
        #expect(turnstile.enterAtOnce() != nil)
    }

    @Test func whoStepsAsideLetsOthersPass() async {
        let turnstile = Turnstile(limit: 1)
        await turnstile.pass {
            await turnstile.aside {
                let place = turnstile.enterAtOnce()
                #expect(place != nil)
            }
            #expect(turnstile.enterAtOnce() == nil)
        }
        #expect(turnstile.enterAtOnce() != nil)
    }
}
