### part: what a command consists of, as it is named inside a refusal

part-card = card code
part-code = confirmation code
part-date = date
part-day = day of the month
part-digit = digit of your choice
part-email = e-mail address
part-id = code from the list
part-language = language
part-name = name
part-number = phone number
part-period = period
part-pin = password
part-points = number of points
part-seconds = number of seconds
part-sum = sum
part-text = text
part-threshold = threshold
part-topic = a command's word, like TRANSFER

### refusal: what could not be read, what is possible, an example to copy

refusal-ambiguous = This can be read in two ways. Please send { $suggestion1 } or { $suggestion2 }
refusal-bad_card = A card code has { $min }-{ $max } digits, yours has { $length }. Example: { $example }
refusal-bad_code = The confirmation code is the digits from the SMS. Example: { $example }
refusal-bad_date = There is no such date. It needs day, month and year. Example: { $example }
refusal-bad_date-reversed = The end is before the start. The other way round: { $example }
refusal-bad_email = Wrong e-mail address: { $input }. Example: { $example }
refusal-bad_id = Wrong code: { $input }. It has 1-8 digits. Example: { $example }
refusal-bad_name = Wrong name: { $input }. It should be one word of letters. Example: { $example }
# `length` counts the digits that were seen.
refusal-bad_number =
    Wrong number: it has { $length } { $length ->
        [one] digit
       *[other] digits
    }. Example: { $example }
refusal-bad_period = Wrong period: { $input }. It should be { $right }, for example { $example }
refusal-bad_pin = Wrong password: it should have { $min } to { $max } characters. Example: { $example }
refusal-bad_sum = Wrong sum: { $input }. Whole numbers from { $min }. Example: { $example }
refusal-bad_sum-spaced = Dial the sum without a space: { $right }
# `before` is the end of what stands before the gap.
refusal-empty_part = Missing: { $part }, after { $before }. Example: { $example }
refusal-foreign_number = This is a foreign number, we need one of our mobile numbers. Example: { $example }
refusal-landline = This is a landline number, we need a mobile one. Example: { $example }
# `part` is what the value is for: a sum, a day.
refusal-out_of_range = Out of range: { $part }. From { $min } to { $max } is possible. Example: { $example }
refusal-pin_mismatch = The two passwords differ. Enter the new password twice. Example: { $example }
refusal-self = This is your own number, we need another one. Example: { $example }
refusal-superscript = We cannot read { $input }. Please use ordinary digits. Example: { $example }
refusal-tail = There is more after the #: { $input }. Please dial { $right }
refusal-too_long =
    Too long: { $length } { $length ->
        [one] character
       *[other] characters
    }, the limit is { $max }. Example: { $example }
refusal-two_commands = There are two commands in one SMS. Send them one by one, for example: { $example }
refusal-unknown_code = There is no command { $input }. For the list of commands: { $example }
# A keyword of another short number: PACKAGE belongs to 6677.
refusal-unknown_code-other_number = Please send { $right } ({ $about1 }) to { $number }.
# A bare 1 or 2 with nothing to answer.
refusal-unknown_code-answer = No question is waiting for an answer, or it has expired. List of commands: { $example }
refusal-unknown_code-one = There is no command { $input }. Did you mean { $suggestion1 } ({ $about1 })?
refusal-unknown_code-two = There is no command { $input }. Similar ones: { $suggestion1 } { $about1 }, { $suggestion2 } { $about2 }
refusal-wrong_argument_count-missing = Missing: { $part }. Example: { $example }
refusal-wrong_argument_count = The command has the wrong parts. It should be { $right }, for example { $example }
