### The detailed statement.

statement-title = Detailed statement
statement-mail = Attached is the detailed statement that you asked for.
statement-column_when = When
statement-column_what = What
statement-column_other = Number
statement-column_quantity = How much
statement-column_cost = Cost
statement-total = Total
statement-rest = All other records

statement-show = { DATE($since) }-{ DATE($until) }: calls { $minutes } min { MONEY($calls) }, SMS { $messages } { MONEY($texting) }, internet { $megabytes } MB { MONEY($data) }, services and payments { MONEY($paid) }. Total { MONEY($total) }
statement-sent = The statement of { DATE($since) }-{ DATE($until) }, rows: { $rows }, is being sent to { $email }
statement-deliver = { $where ->
        [sms] Statements will come in short by SMS. Order one: *111*551#
        [nowhere] Statements will come as a { $form } file by mail. Give an address: SMS STATEMENT 010326 100326 address
       *[mail] Statements will come as a { $form } file to { $email }
    }

statement-future = This period has not begun yet. Today is { DATE($today) }. Example: STATEMENT 010326 310326
statement-too_old = Statements go back { $months } months at most, to { DATE($oldest) }. Older ones: in a shop, with your passport.
statement-no_usage = There was nothing from { DATE($since) } to { DATE($until) }. Another period: *111*551*7*from*to#, for example *111*551*7*010326*100326#
statement-no_email = There is no mail address. Send an SMS: STATEMENT 010326 100326 anna@example.com
statement-address_refused = { $email } takes no mail. Check the address: STATEMENT 010326 100326 address
statement-mail_refused = The mail to { $email } was refused. Try another address, or SMS: *111*551*3*1#
statement-no_answer = The mail to { $email } could not be sent. Try later, or SMS: *111*551*3*1#
