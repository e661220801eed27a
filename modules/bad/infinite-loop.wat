;; Never ends: out of gas.
(module
  (memory (export "memory") 1 1)
  (func (export "spin") (param i64) (result i64)
    (loop $again
      (local.set 0 (i64.add (local.get 0) (i64.const 1)))
      (br $again))
    (unreachable)))
