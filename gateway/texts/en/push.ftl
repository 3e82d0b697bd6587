### push: what a number is shown without having asked for it

# What the operator says, as he says it.
push-says = { $text }
# In place of a menu that could not be shown: what it is called, and what to dial for it.
push-missed = { $title }: dial { $code }
