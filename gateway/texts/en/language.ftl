### The language of the answers.

language-set =
    { $language ->
        [lat] Answers come in Russian in Latin letters. In English: *111*6*4#
        [ru] Answers come in Russian. In English: *111*6*4#
        [bg] Answers come in Bulgarian. In English: *111*6*4#
       *[en] Answers come in English. Russian: *111*6*1#, Bulgarian: *111*6*3#
    }
