package dev.trilobit.api.backend;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a backend runs on.
 *
 * @param name one line for people
 * @param properties facts for tables and reports, such as {@code vector-bits}, in the order to show
 *     them; keys are dashed lower case
 */
public record DeviceInfo(String name, Map<String, String> properties) {
    public DeviceInfo {
        // Map.copyOf would print them in another order in each run.
        properties = Collections.unmodifiableMap(new LinkedHashMap<>(properties));
    }
}
