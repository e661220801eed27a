;; A memory without a maximum: refused, naming the linker flag that mends it.
(module
  (memory (export "memory") 1)
  (func (export "answer") (result i32) (i32.const 42)))
