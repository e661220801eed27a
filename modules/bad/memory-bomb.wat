;; Grows its memory to the allowed maximum, page by page, and writes all of it again and again: out of gas.
(module
  (memory (export "memory") 1 256)
  (func (export "explode") (param i32) (result i32)
    (loop $again
      (drop (memory.grow (i32.const 1)))
      (memory.fill (i32.const 0) (local.get 0) (i32.mul (memory.size) (i32.const 65536)))
      (br $again))
    (unreachable)))
