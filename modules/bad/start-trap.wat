;; Its start function traps: valid, but no call ever gets to the export.
(module
  (memory (export "memory") 1 1)
  (func $start (unreachable))
  (start $start)
  (func (export "answer") (param i32) (result i32) (local.get 0)))
