### application: codes that belong to an application outside

# What the application says, as it says it.
application-says = { $text }
application-sorry = Услугата не отговаря в момента. Опитайте след няколко минути.
