;; Declares 4 GiB of memory: refused, above the 16 MiB of the profile.
(module
  (memory (export "memory") 1 65536)
  (func (export "answer") (result i32) (i32.const 42)))
