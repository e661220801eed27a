//! Validation of one function body, operator by operator.

use super::{FRAME_SLOTS, FUNCTION_OPERATORS, FunctionName, ProfileError, Reason, Walk, operators, value_type};
use wasmparser::{FuncToValidate, FunctionBody, HeapType, Operator, ValidatorResources};
use zera_primitives::limits;

impl Walk {
    /// Validates the next body and records the height of its frame.
    pub(super) fn function(
        &mut self,
        to_validate: FuncToValidate<ValidatorResources>,
        body: &FunctionBody<'_>,
    ) -> Result<(), ProfileError> {
        let index = self.imported.saturating_add(self.bodies);
        self.bodies = self.bodies.saturating_add(1);
        self.body(to_validate, body).map_err(|mut error| {
            error.function = Some(FunctionName { index, name: None });
            error
        })
    }

    fn body(
        &mut self,
        to_validate: FuncToValidate<ValidatorResources>,
        body: &FunctionBody<'_>,
    ) -> Result<(), ProfileError> {
        let mut validator = to_validate.into_validator(self.allocations.take().unwrap_or_default());
        let mut locals = u64::from(validator.len_locals());
        let mut reader = body.get_locals_reader()?;
        for _ in 0..reader.get_count() {
            let offset = reader.original_position();
            let (count, ty) = reader.read()?;
            locals = locals.saturating_add(u64::from(count));
            ProfileError::limit(offset, "locals of one function", locals, u64::from(limits::LOCALS))?;
            value_type(offset, ty)?;
            validator.define_locals(offset, count, ty)?;
        }
        let mut operators = body.get_operators_reader()?;
        let (mut highest, mut count) = (0u64, 0u64);
        while !operators.eof() {
            let (operator, offset) = operators.read_with_offset()?;
            count = count.saturating_add(1);
            ProfileError::limit(offset, "operators of one function", count, FUNCTION_OPERATORS)?;
            let named = |mut error: ProfileError| {
                error.operator = Some(operators::name(&operator));
                error
            };
            self.operator(&operator, offset).map_err(named)?;
            validator.op(offset, &operator).map_err(|error| named(error.into()))?;
            let depth = u64::from(validator.control_stack_height());
            ProfileError::limit(offset, "nesting of blocks", depth, limits::NESTING as u64).map_err(named)?;
            highest = highest.max(u64::from(validator.operand_stack_height()));
            ProfileError::limit(offset, "slots of one frame", locals.saturating_add(highest), FRAME_SLOTS)
                .map_err(named)?;
        }
        operators.finish()?;
        self.info.frames.push(locals.saturating_add(highest));
        self.allocations = Some(validator.into_allocations());
        Ok(())
    }

    fn operator(&self, operator: &Operator<'_>, offset: u64) -> Result<(), ProfileError> {
        if let Some(what) = operators::refusal(operator) {
            return Err(ProfileError::at(offset, Reason::Forbidden(what)));
        }
        match operator {
            Operator::BrTable { targets } => {
                let max = u64::from(limits::BR_TABLE_TARGETS);
                ProfileError::limit(offset, "targets of one br_table", u64::from(targets.len()), max)
            }
            Operator::TableGrow { table } if self.table_has_max.get(*table as usize) == Some(&false) => {
                Err(ProfileError::at(offset, Reason::MissingTableMaximum))
            }
            Operator::RefNull { hty } if *hty != HeapType::FUNC => {
                Err(ProfileError::at(offset, Reason::Forbidden("externref")))
            }
            Operator::TypedSelect { ty } => value_type(offset, *ty),
            Operator::Block { blockty: wasmparser::BlockType::Type(ty) }
            | Operator::Loop { blockty: wasmparser::BlockType::Type(ty) }
            | Operator::If { blockty: wasmparser::BlockType::Type(ty) } => value_type(offset, *ty),
            _ => Ok(()),
        }
    }
}
