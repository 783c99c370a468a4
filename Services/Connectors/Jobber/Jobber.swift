enum JobberPlaceholder {}
