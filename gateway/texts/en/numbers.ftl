### Several numbers in one account.

numbers-connected = "Numbers" is on, free of charge. To switch off: *111*828*2#
numbers-already_on = "Numbers" is already on. To switch off: *111*828*2#
numbers-disconnect_ask = Switch off "Numbers"? The number leaves the shared account (other numbers in it: { $count }). Send SMS YES { $code } or dial *111*97*{ $code }#. To stay: NO { $code }
numbers-disconnected = "Numbers" is off. To have it back: *111*828*1#
numbers-already_off = "Numbers" is not on. To switch it on: *111*828*1#

numbers-list = Linked with your number ({ $count }): { $numbers }. To unlink: *111*828*8*number#
numbers-list_empty = "Numbers" is on, no numbers are linked. To add one: *111*828*3*number#
numbers-list_off = "Numbers" is not on, no numbers are linked. To switch it on: *111*828*1#

numbers-link_ask = { PHONE($number) } wants to manage your number in a shared account. Agree: SMS YES { $code } or *111*97*{ $code }#. If not: NO { $code }. Valid { $hours } h.
numbers-link_asked = A question was sent to { PHONE($number) }. Answer it from that phone within { $hours } h and the numbers will be linked.
numbers-linked = { PHONE($number) } is linked with your number, numbers in all: { $count }. To unlink: *111*828*8*{ $number }#
numbers-linked_target = Your number is linked with { PHONE($number) }. To unlink: *111*828*8*{ $own }#
numbers-unlinked = { PHONE($number) } is unlinked. To link it again: *111*828*3*{ $number }#
numbers-unlinked_own = Your number is no longer linked with others. To link again: *111*828*3*number#
numbers-unlinked_target = { PHONE($number) } has unlinked your number. To link again: *111*828*3*{ $number }#

numbers-acting = For { $minutes } min your commands are for { PHONE($number) }. Back to your own number: *111*26*2#
numbers-acting_own = Your commands are for your own number again.
numbers-acting_by = { PHONE($number) }, linked with you, now acts for your number. Not you? Unlink this one: *111*828*2#

numbers-company = Only numbers of private persons can be linked, and this one belongs to a company.
numbers-self = This is your own number. Give another one: *111*828*3*number#
numbers-not_on = Switch "Numbers" on first: *111*828*1#
numbers-other_owner = { PHONE($number) } is not registered to you. You can link only your own numbers: *111*828*3*number#
numbers-other_region = { PHONE($number) } is from another region. Only numbers of one region can be linked: *111*828*3*number#
numbers-target_not_on = First dial *111*828*1# on the phone { PHONE($number) }, then *111*828*3*{ $number }# on yours
numbers-already_linked = { PHONE($number) } is already linked with your number. All numbers: *111*828#
numbers-list_full = Numbers linked: { $max }, no more can be. Unlink one: *111*828*8*number#
numbers-not_linked = { PHONE($number) } is not linked with your number. Linked numbers: *111*828#
