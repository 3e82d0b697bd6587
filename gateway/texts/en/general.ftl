### general: what any command may answer

# Everything that changes something is refused while a number is blocked.
general-debtor = This number is blocked for a debt of { MONEY($missing) }. Top up and it will work: *115#
general-blocked = This number is blocked, so nothing was done. Unblock: *111*157*2*number*password# or call 0890.
general-busy = We have too many requests now and did not carry out yours. Please try again in a minute.
general-did_you_mean = Did you mean { $what }? Yes: YES { $code } or *111*97*{ $code }#. No: NO { $code }
# A fault of ours; `reference` is what the help desk asks for.
general-fault = Something went wrong on our side. You were not charged. Please try again later. Reference { $reference }
# Done, but a fault of ours keeps us from saying what. `reference` is what the help desk asks for.
general-untold = This is done, but the answer cannot be shown. Check *100# or *152#. Reference { $reference }
# To a number that somebody else acts for; `what` is as below.
general-done_by = { PHONE($number) } gave this command for you: { NAME($what) }
# `what` is the description of the command, from the code table.
general-later = Not available yet: { NAME($what) }. All commands: *111#
# A long SMS some of whose parts never came.
general-incomplete = Only { $came } of the { $total } parts of your SMS came, so nothing was done. Please send it again.
general-unknown_subscriber = We do not know your number. Please visit our shop with your passport or identity card.
