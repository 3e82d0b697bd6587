### application: codes that belong to an application outside

# What the application says, as it says it.
application-says = { $text }
application-sorry = This service does not answer at the moment. Please try again in a few minutes.
