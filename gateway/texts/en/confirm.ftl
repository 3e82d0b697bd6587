### Answers to what waits.

confirm-declined = You declined. Nothing has changed.
confirm-declined_by = { PHONE($number) } has declined your request.
confirm-refused_now = We have your consent, but what { PHONE($number) } asked for is not possible now. Nothing has changed.
confirm-cancelled =
    { $count ->
        [one] { $count } request that waited for an answer is cancelled.
       *[other] { $count } requests that waited for an answer are cancelled.
    }
confirm-nothing_to_cancel = There is nothing to cancel: nothing waits for an answer.
confirm-expired = The time to answer the request of { PHONE($number) } is over. Nothing has changed.
confirm-expired_by = { PHONE($number) } did not answer in time. You may ask again.

confirm-nothing_pending = No question waits for an answer, or its time is over. Please give the command again. List: *111#
confirm-wrong_code =
    { $left ->
        [one] The code is wrong. { $left } try is left. Example: CODE 1234
       *[other] The code is wrong. { $left } tries are left. Example: CODE 1234
    }
confirm-codes_locked = Too many wrong codes. You can enter codes again from { DATETIME($until) }
confirm-several_pending = Several questions ({ $count }) wait for an answer. Add the code: YES 1234 or *111*97*1234#. Cancel all: *111*98#
