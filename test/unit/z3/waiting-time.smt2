; Rule 12: after the waiting time W nothing older takes effect on a host, and no lease is left there.
;
; Times are milliseconds of true time, as real numbers. A clock is a rate: d true milliseconds last
; r·d on it, and 1 − ρ ≤ r ≤ 1 + ρ.
;
;   create   the host's kernel made the permit              (lives T0, and up to 2 ticks longer)
;   reply    the claimer learned of it
;   evidence its evidence began, after that
;   mark     another host, which every older reader reads, was marked: evidence begun later fails
;   answer   the leader learned of that; its W begins
;   effect   the claim took effect, while the permit lived; the lease lives N (ticks: see above)
;   ends     the lease is over
;   over     the leader's clock has counted W
;
; The question is whether `over` can come before `ends`. `unsat`: it cannot.
;
; The numbers are bound by whoever asks: T0, N, TICKS (both of them), RHO, and W.

(set-logic QF_NRA)
(declare-const T0 Real)
(declare-const N Real)
(declare-const TICKS Real)
(declare-const RHO Real)
(declare-const W Real)

(declare-const host Real)
(declare-const leader Real)
(assert (and (<= (- 1 RHO) host) (<= host (+ 1 RHO))))
(assert (and (<= (- 1 RHO) leader) (<= leader (+ 1 RHO))))

(declare-const create Real)
(declare-const reply Real)
(declare-const evidence Real)
(declare-const mark Real)
(declare-const answer Real)
(declare-const effect Real)
(declare-const ends Real)
(declare-const over Real)

(assert (>= create 0))
(assert (<= create reply))
(assert (<= mark answer))
(assert (<= reply effect))
; Kernel timeouts may end a tick late, the permit's and the lease's.
(assert (<= (* host (- effect create)) (+ T0 (/ TICKS 2))))
(assert (<= (* host (- ends effect)) (+ N (/ TICKS 2))))
(assert (= (* leader (- over answer)) W))
(assert (< over ends))
