;; A float operator in the function `half`: the profile refuses it and names function, offset and operator.
(module
  (memory (export "memory") 1 1)
  (func (export "half") (param i32) (result i32)
    (i32.trunc_f64_s (f64.mul (f64.convert_i32_s (local.get 0)) (f64.const 0.5)))))
