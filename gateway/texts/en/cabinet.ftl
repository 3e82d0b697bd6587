### The end of the personal account.

cabinet-ask = Contract, number and money stay. Close the personal account: password, networks, joint numbers? YES { $code } or *111*97*{ $code }#
cabinet-deleted = Personal account closed, the password is void. Your number works as before. Open it again: *111*20*1#
cabinet-none = You have no personal account. Contract and number go on. Open one: *111*20*1#
